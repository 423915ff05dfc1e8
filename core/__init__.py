"""What the program knows: pictures, models, numbers. No Streamlit and no database in here."""
