"""How the simulated crowd of ``sample_media/`` is made. Run ``scripts/make_sample_media``; not part of the package."""
