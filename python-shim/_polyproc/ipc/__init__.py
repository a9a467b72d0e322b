"""What processes use to talk to each other: semaphores, pickles, and the tracker of shared memory."""
