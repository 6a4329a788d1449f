"""The rows of a show: what its room reads at first, and writes with every batch.

    aggregate    the base of all that follows, and how they are found
    reading      what several of them read: people, photos
    loading      facts for a batch, by the loaders of the aggregates
    batch        one transaction of a room
    state        a show's whole state from its rows

Every other module holds the rows of one aggregate: it reads them into the state by the methods that
events use as well, says what events mean for them, and loads the facts that are made of them. A
module that is put here is found by itself.
"""
