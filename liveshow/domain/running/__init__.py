"""The course of a show: planning, starting, interruptions, the end, settings, the team."""
