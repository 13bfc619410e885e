"""The infrastructure's files, read without Azure and without its compiler."""
