"""The files a report comes in, each made from its one frozen data set; `registry` lists them."""
