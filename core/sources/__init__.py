"""Ways in for pictures that lie elsewhere: lists of addresses, web pages, Unsplash.

Nothing here knows the database. What a source finds are `Lead`s, plain values that the caller
keeps; whoever fetches them goes through `core.fetch`, as everything here does.
"""
