"""What the prescriber sees. ``backend.admin`` brings the pages in, once the site that they register on is there."""
