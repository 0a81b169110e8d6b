mod integrity;
mod mail;
