mod draw;
