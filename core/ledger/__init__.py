"""What happened, as rows. The only folder that speaks SQL."""
