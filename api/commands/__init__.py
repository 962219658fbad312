"""The commands of ``headwater``, a file for each group. Every one reads settings once and passes values on."""
