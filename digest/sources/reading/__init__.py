"""What all formats are read with: lines and names, XML, JSON, mail."""
