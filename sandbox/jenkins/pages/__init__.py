"""What stands below the addresses of jobs, builds and the queue."""
