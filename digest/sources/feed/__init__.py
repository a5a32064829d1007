"""Any RSS, Atom or JSON Feed, at any address."""
