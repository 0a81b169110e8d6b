mod close;
