"""What one resolver commit works out between the log and the golden records, step by step."""
