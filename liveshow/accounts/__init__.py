"""Who somebody is: passwords and tokens."""
