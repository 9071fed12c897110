"""Makes what lies beside this file importable from every test."""
