"""The storage ports, over the memory fakes and over tables and queues in Azurite."""
