"""Network files: exporting them from torch, reading what an ONNX file says, and running it."""
