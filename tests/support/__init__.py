"""Hand-written fakes and small films for the tests."""
