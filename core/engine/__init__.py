"""The life of a take: chain, submit, gates. The only caller of anything that could cost."""
