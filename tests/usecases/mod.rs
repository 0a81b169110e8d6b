mod integrity;
mod list_order;
mod mail;
