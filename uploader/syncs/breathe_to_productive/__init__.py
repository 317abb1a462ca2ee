"""Staff leave in Breathe HR becomes bookings in Productive."""
