"""The exchange attacked from outside: a test for each row of the list of what has broken others.

    parser, what cannot be parsed                      test_parsing, test_mutated_flows
    without credentials, enumeration                   test_strangers
    digest, guessing                                   test_credentials
    voicemail PIN                                      test_pins
    toll fraud, caller number, names from outside      test_toll_fraud
    digest leak, TLS to the provider                   test_provider
    RTP bleed and injection                            test_voice
    dialog hijack, loops and storms                    test_dialogs
    registration, MWI                                  test_registration
    slots, disk and memory, ports                      test_slots

`box` holds a running exchange on a clock that can be put forward, `ends` who talks with it.
"""
