"""What people decide and read: review, failures, diary, audit."""
