"""What is minimised or sampled: kinds of objective."""
