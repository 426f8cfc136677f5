"""How the boundary example of each kind is run: ``run_<kind>`` takes what the example states and says what comes out."""
