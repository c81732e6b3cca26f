"""Shadow costing: a month under other methods, and beside Cin7's own figures."""
