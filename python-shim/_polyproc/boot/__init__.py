"""How an interpreter begins, runs a main program and ends; Java calls `entry`."""
