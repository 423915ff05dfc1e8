"""Where TensorFlow lives: run as processes (`python -m core.tf.hub`), never in the server's."""

import os

# Before the first import of TensorFlow, which otherwise greets the log with a page of remarks.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
