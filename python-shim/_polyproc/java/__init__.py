"""What Java programs call, and share with Python: see `io.polyproc.Polyproc`."""
