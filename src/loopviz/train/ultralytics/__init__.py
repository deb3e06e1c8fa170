"""The one adapter to Ultralytics, which is under the AGPL-3.0 and an optional part (the extra ``train``).

Everything that imports torch or Ultralytics is imported by ``worker`` alone, which runs in a process of its own:
``trainer`` starts it, and passes on what it tells.
"""
