"""What can be asked of Patina Lab, the same for every front door."""
