"""The tests of chapter 07."""
