"""What the guest does."""
