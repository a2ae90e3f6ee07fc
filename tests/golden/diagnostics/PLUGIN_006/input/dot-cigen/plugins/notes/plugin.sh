#!/opt/nowhere/perl
