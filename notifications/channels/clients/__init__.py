"""What speaks HTTP with the services that carry messages. A channel loads its own when it sends: nobody else needs it."""
