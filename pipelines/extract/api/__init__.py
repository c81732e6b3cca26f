"""What every API of a source is to the extract: resources, questions, pages (shapes.py), and how their rows land.

shapes.py     what an API is: Resource, Question, Page, Api
calls.py      turns and the day's count
json_rows.py  an answer cut into rows, each as the very text that was received
"""
