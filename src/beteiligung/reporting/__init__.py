"""Reports: one frozen set of figures for each session of the Kreistag, in six formats, mended only by numbered corrections."""
