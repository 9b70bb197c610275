"""The guest's part of the model."""
