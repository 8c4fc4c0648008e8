"""The sample film's pictures, drawn by our own code: numpy and Pillow, every number from a seed.

`python -m project_template.plates DIR` draws them all. Colours are linear light, float32, shape
(h, w, 3); masks and noise are (h, w). Places in a picture are `u` (from the left) and `v` (from the
top), both in picture heights, so a small drawing shows the same picture as a large one.
"""
