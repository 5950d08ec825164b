"""gradeprop"""
