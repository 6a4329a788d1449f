"""What sellers own and lend: photos, listings with their stock, mandates.

Rules are pure functions, services put them to work, ports say what they need from outside.
"""
