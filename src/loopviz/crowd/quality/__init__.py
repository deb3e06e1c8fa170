"""How far labels agree: with each other, with a known answer, and what people agree on."""
