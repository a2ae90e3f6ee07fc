class RingTest {}
