"""What is wrong with hand-written and rendered files, found before anything is compiled."""
