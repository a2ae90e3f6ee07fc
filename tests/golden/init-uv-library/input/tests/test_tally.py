def test_nothing() -> None:
    """Nothing to count."""
