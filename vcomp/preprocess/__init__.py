"""What each preprocessing op does to pixels, and how it is written in the vendor's two files."""
