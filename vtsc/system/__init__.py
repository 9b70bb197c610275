"""The transition system as terms: built, simplified, put into steps and chains."""
