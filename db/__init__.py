"""What is remembered: tables, their migrations, and one module of verbs per noun."""
