"""The machines that attack the product: a hostile model, planted text, people who click, and a judge of it all."""
