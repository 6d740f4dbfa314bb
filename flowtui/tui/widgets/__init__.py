"""The regions of the screen, one file each. They draw what they are given and hold no business."""
