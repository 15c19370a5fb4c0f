"""Results to figures and pages."""
