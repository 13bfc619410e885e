"""The whole stack as processes: real storage, real clients, real crashes."""
