"""The machine that every feature of a show is built on.

    events      what has happened: the base of all event types, and who sees what of them
    commands    what can be asked, and what is answered
    facts       what a decision needs to know beyond the state, and what was loaded
    slices      parts of the state, and how events change them
    state       the state of one show, composed of the slices of its features
    context     what a decision is given, and what it gives
    feature     a feature as it is registered, and the machine made of all of them
    step        one command, decided and applied
    lines       lines of the chat
    notices     what one person must not miss
    views       the snapshot and the private state, composed of the features' sections

It is pure: no I/O, no clock, no chance. ``liveshow.domain.features`` lists the features.
"""
